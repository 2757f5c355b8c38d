// Package triage is the domain of Vigie: what a service that matches seized media against hash sets talks about,
// what its users do, and what it needs of the world around it.
//
// # Words
//
//   - Case: one legal procedure of one unit (procédure).
//   - Exhibit: one seal submitted under a case (scellé).
//   - Item: one file at one path of one exhibit: path, times, digests (fichier).
//   - Medium: the bytes themselves, named by a keyed SHA-256; many items, one medium (média).
//   - Fingerprint: all hashes of a medium, with the quality of each (empreintes).
//   - HashSet, Entry: one partner's list, versioned; one line of it (base, fiche).
//   - Match: medium × entry: by which hash, how far, under which transform (correspondance).
//   - Finding: what a medium turned out to be (constat).
//   - Clue: what media share beyond their looks: their camera, their shoot (indice: appareil, prise de vue).
//   - Group: media that look alike: decided together, seen at most once (groupe).
//   - Custody: somebody is held for a case until a time: until then its groups come first (garde à vue).
//   - Reveal: the explicit, reasoned, recorded request to see something (dévoilement).
//   - Decision: what a reviewer concluded of a group (décision).
//   - Check: one hash asked about by a unit (vérification).
//   - Event: one thing that somebody did, in the journal (événement).
//
// # Use cases
//
// Submission takes exhibits in, Worker examines media, Steward keeps groups, ranking and findings up to date,
// Destructions lets two people destroy an exhibit and Destroyer does it, Sets takes partners' lists in and out, Review serves the reviewer, Checks answers units, Access knows who is
// who. Each declares, beside itself, the small interfaces that it consumes; the packages under store implement
// them. Nothing here knows HTTP, Redis, S3 or a process.
//
// # Order of effects
//
// What somebody did is an Event in the journal before it takes effect; when the journal cannot be written the
// act fails. Every effect may therefore be repeated: all of them are idempotent.
package triage
