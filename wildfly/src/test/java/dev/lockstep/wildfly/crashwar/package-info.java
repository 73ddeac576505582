/** The shop of the web application, with traps in it. */
@NullMarked
package dev.lockstep.wildfly.crashwar;

import org.jspecify.annotations.NullMarked;
