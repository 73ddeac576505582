/** What a server must refuse to deploy. */
@NullMarked
package dev.lockstep.wildfly.refused;

import org.jspecify.annotations.NullMarked;
