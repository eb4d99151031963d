/**
 * The clients of GitHub's cache and artifact services. They are most of what the Action weighs and wait for the network
 * anyway, hence they are a file of their own (dist/clients.cjs) that is read when it is needed: a runner sees the first
 * line of a step before that.
 */
export { DefaultArtifactClient } from '@actions/artifact';
export { isFeatureAvailable, restoreCache, saveCache } from '@actions/cache';
export { HttpClient } from '@actions/http-client';
