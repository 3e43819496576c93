declare module 'varde:addresses' {
  /** Method and path of each route; made from the route table when the page is built. */
  export const addresses: Readonly<Record<import('../api/routes.ts').RouteId, readonly [method: string, path: string]>>
}
