/** Kill points, PostgreSQL and the invariant checker, for the tests of users and our own. */
@NullMarked
package dev.lockstep.testkit;

import org.jspecify.annotations.NullMarked;
