/**
 * What users are told: sentences in which options are values, and the failures that they can mend.
 */
package io.github.parewire.message;
