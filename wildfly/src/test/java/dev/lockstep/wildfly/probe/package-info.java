/** Looks into the server for what redeployments leave. */
@NullMarked
package dev.lockstep.wildfly.probe;

import org.jspecify.annotations.NullMarked;
