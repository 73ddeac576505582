/**
 * What the XA specification asks of any resource, as a suite that any resource can be put through.
 */
@NullMarked
package dev.lockstep.xa.contract;

import org.jspecify.annotations.NullMarked;
