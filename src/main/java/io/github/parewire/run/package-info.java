/** The runs behind the fronts: which stages there are, in which order, and who does them. */
package io.github.parewire.run;
