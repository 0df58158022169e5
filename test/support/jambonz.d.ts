/** The platform's own clients, which carry no types. */
declare module '@jambonz/digest-utils' {
  const middleware: unknown;
  export default middleware;
}
declare module '@jambonz/http-authenticator' {
  /** @returns middleware for drachtio */
  export default function authenticator(target: unknown, logger: unknown): unknown;
}
