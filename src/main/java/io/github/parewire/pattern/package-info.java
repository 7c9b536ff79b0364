/** Tells fixed filters, whose order is their meaning, from draws, whose order is chance. */
package io.github.parewire.pattern;
