/** Tables of the demo shop; each is a Parquet file of this name. */
export const shopTables = ['exposures', 'sessions', 'page_views', 'orders', 'errors'] as const;
