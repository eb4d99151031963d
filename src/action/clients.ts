/**
 * The toolkit: outputs, state and summary of a step, and the clients of GitHub's cache and artifact services. They are most of what the Action weighs and wait for the network
 * anyway, hence they are a file of their own (dist/clients.cjs) that is read when it is needed: a runner sees the first
 * line of a step before that.
 */
export { DefaultArtifactClient } from '@actions/artifact';
export { isFeatureAvailable, saveCache } from '@actions/cache';
export { saveState, setOutput, summary } from '@actions/core';
export { HttpClient } from '@actions/http-client';
// `restoreCache` of the package unpacks wherever an entry says (`tar -P`), and whoever may write to the cache says it: these find and
// download an entry, and cache-entry.ts unpacks it. The package exports none of them by name.
export { downloadCache, getCacheEntry } from '../../node_modules/@actions/cache/lib/internal/cacheHttpClient.js';
export { getCacheVersion, getCompressionMethod } from '../../node_modules/@actions/cache/lib/internal/cacheUtils.js';
export { getCacheServiceVersion } from '../../node_modules/@actions/cache/lib/internal/config.js';
export { internalCacheTwirpClient } from '../../node_modules/@actions/cache/lib/internal/shared/cacheTwirpClient.js';
