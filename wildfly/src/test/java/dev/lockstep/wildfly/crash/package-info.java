/**
 * What applications in crash tests have in addition: traps that halt the server, and a way to call
 * them.
 */
@NullMarked
package dev.lockstep.wildfly.crash;

import org.jspecify.annotations.NullMarked;
