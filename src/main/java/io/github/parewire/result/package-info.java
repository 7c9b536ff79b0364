/**
 * What runs and inspections find out, as plain values: none of them holds a file, an array or
 * anything else that ends with the run.
 */
package io.github.parewire.result;
