package io.github.parewire.result;

import java.nio.file.Path;

/**
 * What a file held.
 *
 * @param path the file
 * @param bytes its size
 * @param sha256 SHA-256 of its bytes, hexadecimal
 */
public record FileHash(Path path, long bytes, String sha256) {}
