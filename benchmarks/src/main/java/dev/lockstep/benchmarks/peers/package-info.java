/**
 * What Lockstep is compared with: each peer embedded in this process, on loopback or in the VM
 * only, with its data where it is told. Knows nothing of Lockstep.
 */
@NullMarked
package dev.lockstep.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
