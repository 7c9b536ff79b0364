/** Work on several threads. */
package io.github.parewire.parallel;
