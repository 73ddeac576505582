package dev.lockstep.engine.model;

/** A group and one of the topics that it reads. */
record Membership(String group, String topic) {}
