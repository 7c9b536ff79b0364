/** Proofs about a written file, made by reading it again. ONNX Runtime is used here alone. */
package io.github.parewire.verify;
