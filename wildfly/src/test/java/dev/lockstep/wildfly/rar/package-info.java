/** An application that uses the resource adapter, as docs/wildfly.md describes it. */
@NullMarked
package dev.lockstep.wildfly.rar;

import org.jspecify.annotations.NullMarked;
