const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Text that can be an id; anything else would be an error of the database, not a missing row. */
export const isId = (text: string): boolean => UUID.test(text);
