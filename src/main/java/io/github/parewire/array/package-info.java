/** Arrays and matrices in ND4J's memory. Knows nothing of ONNX, and alone knows that memory. */
package io.github.parewire.array;
