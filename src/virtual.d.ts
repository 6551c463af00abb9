/** Modules that the build makes. */
declare module 'virtual:descriptions' {
  /** Type name -> field name -> text; '' is the type itself. */
  const descriptions: Readonly<Record<string, Readonly<Record<string, string>>>>
  export default descriptions
}
