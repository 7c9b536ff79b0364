/**
 * Preferential-attachment rewiring of ONNX files: {@link io.github.parewire.Rewirer} does the whole
 * job, from file to verified file, {@link io.github.parewire.Inspector} looks at a model, {@link
 * io.github.parewire.Verifier} proves that one is another's rewiring, and {@link
 * io.github.parewire.DeviceFinder} looks for GPUs.
 *
 * <p>What programs may call is this package, {@code options} (what to do), {@code result} (what was
 * found and done), {@code message} (what went wrong) and {@code report} (the reports for programs
 * and people). All other packages are workers, and may change with any version.
 */
package io.github.parewire;
