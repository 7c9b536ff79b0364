/**
 * The kernel in OpenCL, for GPUs of any make: finds devices, tries them out, and draws on them with
 * the reference sampler, bit for bit. Alone knows LWJGL.
 */
package io.github.parewire.opencl;
