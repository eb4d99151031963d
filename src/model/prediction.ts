/** What can be said about one object on one kernel before it is tested: from the object's bytes and a version number. */
export interface Prediction {
  readonly verdict: 'loads' | 'refused' | 'unknown';
  /** First upstream kernel with everything that the object cannot do without (`5.8`); undefined when nothing is known. */
  readonly floor: string | undefined;
  /** What sets that floor, with the program or map it comes from: `ring buffer map events`; may be empty. */
  readonly why: string;
}
