package journey

import "valkyrie/probes/journey/mask"

// A Mask hides the secrets that a run has used in everything it leaves behind; see package mask.
type Mask = mask.Mask

// MinSecret is the shortest length of a secret. A shorter one would match, and mask, unrelated text.
const MinSecret = mask.MinSecret
