/**
 * An ONNX file as it lies on disk: the parsed message, where each tensor's bytes are, and the forms
 * in which elements are stored.
 */
package io.github.parewire.model;
