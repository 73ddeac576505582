package dev.lockstep.engine.log;

/**
 * What a scan found.
 *
 * @param chain the segments
 * @param end where the frames end; what stands behind it is a torn tail
 * @param watermark up to where everything was forced
 * @param tornBytes how many bytes of a torn tail stand behind the end
 */
record ScannedLog(SegmentChain chain, long end, long watermark, long tornBytes) {}
