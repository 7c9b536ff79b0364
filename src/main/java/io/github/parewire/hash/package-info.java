/** SHA-256 of files, and of weights in an order that does not depend on where they are. */
package io.github.parewire.hash;
