/** What the guest said is not legal. The words are ours. */
export class ProtocolViolation extends Error {}
