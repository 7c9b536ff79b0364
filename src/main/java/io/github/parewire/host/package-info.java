/** What ran, and on what. */
package io.github.parewire.host;
