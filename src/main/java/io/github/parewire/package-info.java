/**
 * Preferential-attachment rewiring of ONNX files: {@link io.github.parewire.RewirePipeline} does
 * the whole job, from file to verified file.
 */
package io.github.parewire;
