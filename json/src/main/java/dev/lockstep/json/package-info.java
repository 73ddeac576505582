/**
 * Payloads as JSON, through Jakarta JSON Binding.
 *
 * <p>It knows the API and JSON Binding, neither a log nor the library that implements the binding.
 */
@NullMarked
package dev.lockstep.json;

import org.jspecify.annotations.NullMarked;
