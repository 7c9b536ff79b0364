/** Makes the new files: the input's bytes with the rewired ones in their place, then a rename. */
package io.github.parewire.write;
