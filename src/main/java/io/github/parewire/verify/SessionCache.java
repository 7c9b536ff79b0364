package io.github.parewire.verify;

import ai.onnxruntime.OrtException;
import java.util.HashMap;
import java.util.Map;

/** Sessions that are made when first needed, shared by all threads, and closed together. */
final class SessionCache<K, S extends SessionCache.Closing> implements AutoCloseable {

  /** What holds a session. */
  interface Closing extends AutoCloseable {
    @Override
    void close() throws OrtException;
  }

  /** Makes what holds a session. */
  interface Maker<K, S> {
    S make(K key) throws OrtException;
  }

  private final Maker<K, S> maker;
  private final Map<K, S> made = new HashMap<>();

  SessionCache(Maker<K, S> maker) {
    this.maker = maker;
  }

  synchronized S get(K key) throws OrtException {
    S session = made.get(key);
    if (session == null) {
      session = maker.make(key);
      made.put(key, session);
    }
    return session;
  }

  @Override
  public synchronized void close() throws OrtException {
    for (S session : made.values()) {
      session.close();
    }
  }
}
