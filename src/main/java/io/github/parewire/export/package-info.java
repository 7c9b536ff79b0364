/** Writes the rewired tensors by themselves, in formats that frameworks load. */
package io.github.parewire.export;
