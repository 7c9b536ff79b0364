/** Forms of what a run or an inspection found, for people and programs; made of plain values. */
package io.github.parewire.report;
