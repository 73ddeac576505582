/** The application under test, in processes of its own. */
@NullMarked
package dev.lockstep.quarkus;

import org.jspecify.annotations.NullMarked;
