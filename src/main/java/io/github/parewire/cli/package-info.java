/** The command line: options, exit codes, and what is printed. */
package io.github.parewire.cli;
