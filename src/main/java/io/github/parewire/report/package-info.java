/** What a run did, as one record, and its forms for people and programs. */
package io.github.parewire.report;
