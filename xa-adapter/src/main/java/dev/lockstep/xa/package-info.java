/** XA and Jakarta Transactions over the SPI; knows no engine class. */
@NullMarked
package dev.lockstep.xa;

import org.jspecify.annotations.NullMarked;
