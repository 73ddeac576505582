/**
 * The shop of the web application with half messages: a local data source, and nothing to recover.
 */
@NullMarked
package dev.lockstep.wildfly.half;

import org.jspecify.annotations.NullMarked;
