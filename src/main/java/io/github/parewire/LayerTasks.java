package io.github.parewire;

import io.github.parewire.layers.Layer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does one thing for every layer, several layers at a time, the largest first. */
final class LayerTasks {

  /** What to do for a layer. */
  interface Task<T> {
    T run(Layer layer) throws IOException;
  }

  private LayerTasks() {}

  /**
   * Runs the task for all layers.
   *
   * @return the results in the order of the layers
   * @throws IOException the first failure, as are unchecked exceptions; tasks not begun are dropped
   */
  static <T> List<T> run(int threads, List<Layer> layers, Task<T> task) throws IOException {
    ExecutorService executor = Executors.newFixedThreadPool(Math.min(threads, layers.size()));
    try {
      List<Layer> largestFirst = new ArrayList<>(layers);
      largestFirst.sort(
          Comparator.comparingLong((Layer layer) -> layer.tensor().elements()).reversed());
      Map<Layer, Future<T>> futures = new HashMap<>();
      for (Layer layer : largestFirst) {
        futures.put(layer, executor.submit(() -> task.run(layer)));
      }
      List<T> results = new ArrayList<>();
      for (Layer layer : layers) {
        results.add(get(futures.get(layer)));
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }

  private static <T> T get(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(cause);
    }
  }
}
