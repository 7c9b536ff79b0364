/** What the rewiring runs on: the processor or a GPU, and whether this machine's GPU will do. */
package io.github.parewire.device;
