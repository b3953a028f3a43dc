/** Largest finite e-value: beyond it the evidence is not told apart. */
export const LARGEST_E_VALUE = Number.MAX_VALUE;

/** An e-value of the null from its log, kept finite. */
export const eValueOfLog = (log: number): number => Math.min(LARGEST_E_VALUE, Math.exp(log));

/** The p-value that an e-value is worth: by Markov's inequality, valid at any time when the e-value is. */
export const pValueOfLog = (log: number): number => Math.min(1, Math.exp(-log));

/**
 * An e-value from a p-value that is looked at once: 1 / (2 sqrt p), of mean at most 1 under the null.
 * @see Vovk, Wang (2021), Annals of Statistics 49(3)
 */
export const calibrated = (pValue: number): number => Math.min(LARGEST_E_VALUE, 1 / (2 * Math.sqrt(pValue)));
