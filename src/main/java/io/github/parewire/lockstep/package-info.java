/** The kernel in ND4J operations, for GPUs: all matrices in lockstep. */
package io.github.parewire.lockstep;
