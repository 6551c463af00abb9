/** What people work with on a session, beside its life: kubectl's commands and the reasons. Importing this provides them. */
import '../kubectl/every.ts'
import * as asking from './why/asking.ts'
import { provideReasons } from './why/reasons.ts'

provideReasons(asking)
