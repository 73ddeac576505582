/** A web application with the library in WEB-INF/lib, as docs/wildfly.md describes it. */
@NullMarked
package dev.lockstep.wildfly.war;

import org.jspecify.annotations.NullMarked;
