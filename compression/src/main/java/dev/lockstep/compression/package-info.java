/**
 * LZ4 and Zstandard, for topics that compress their messages. To be found on the class path.
 *
 * <p>It knows the two libraries and the SPI, and nothing of batches, frames or files.
 */
@NullMarked
package dev.lockstep.compression;

import org.jspecify.annotations.NullMarked;
