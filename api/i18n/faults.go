package i18n

import "strings"

// Fault says what an audit found wrong with an object of the journal. what is what its report says, which is English; what
// has no French stays as it is.
func Fault(l Lang, what string) string {
	if l == EN {
		return what
	}
	faults := strings.Split(what, "; ")
	for i, fault := range faults {
		faults[i] = faultInFrench(fault)
	}
	return strings.Join(faults, "\u00a0; ")
}

// faultForms are the faults, with … for each part that is only known when one is found; parts may be faults, or names.
var faultForms = []struct{ english, french string }{
	{"it is missing", "il manque"},
	{"it is missing, and nothing follows", "il manque, et rien ne suit"},
	{"it is missing, and nothing follows: … tells of blocks up to …", "il manque, et rien ne suit : … cite des blocs jusqu’au …"},
	{"it is missing, and nothing follows: the tree reaches event …", "il manque, et rien ne suit : l’arbre va jusqu’à l’événement …"},
	{"it is missing although … tells of it", "il manque, alors que … le cite"},
	{"it is missing although … is there", "il manque, alors que … est là"},
	{"the witness has another checkpoint of this size", "le témoin a un autre point de contrôle de cette taille"},
	{"it is not what segment … holds", "il n’est pas ce que contient le segment …"},
	{"it is not what it was when … was made", "il n’est pas ce qu’il était au moment de …"},
	{"the events up to it are not those of …", "les événements jusqu’à lui ne sont pas ceux de …"},
	{"it does not hold what the events say", "il ne contient pas ce que disent les événements"},
	{"it does not hold what it says", "il ne contient pas ce qu’il annonce"},
	{"it does not follow the one before", "il ne suit pas le précédent"},
	{"it does not reach an event that a checkpoint covers", "il ne va pas jusqu’à un événement que couvre un point de contrôle"},
	{"it was written over or deleted: the store has another version of it or a delete marker", "il a été réécrit ou supprimé : le stockage en a une autre version ou une marque de suppression"},
	{"it holds number …: objects were swapped", "il porte le numéro … : des objets ont été intervertis"},
	{"it holds segment …: objects were swapped", "il contient le segment … : des objets ont été intervertis"},
	{"it is the one of size …: objects were swapped", "c’est celui de la taille … : des objets ont été intervertis"},
	{"its first event is … instead of …", "son premier événement est le … au lieu du …"},
	{"it was written after another version of the object before it", "il a été écrit après une autre version de l’objet qui le précède"},
	{"it is no object of the journal: its name is not a number of 16 digits", "ce n’est pas un objet du journal : son nom n’est pas un nombre de 16 chiffres"},
	{"its events have impossible numbers", "ses événements ont des numéros impossibles"},
	{"it is not written as a journal writes", "il n’est pas écrit comme écrit un journal"},
	{"it does not start as a journal object does", "il ne commence pas comme un objet du journal"},
	{"its bytes were changed", "ses octets ont été modifiés"},
	{"its last block was cut", "son dernier bloc est coupé"},
	{"it is not readable: …", "il n’est pas lisible : …"},
	{"something follows", "quelque chose suit"},
	{"it is too long", "il est trop long"},
	{"it is not a checkpoint of a journal", "ce n’est pas un point de contrôle d’un journal"},
	{"checkpoint … in it: …", "son point de contrôle … : …"},
	{"block … in it: …", "son bloc … : …"},
	{"it holds another number of hashes", "il contient un autre nombre de condensats"},
	{"hash … is not on the frontier", "le condensat … n’est pas sur la frontière"},
	{"it is no object of a snapshot", "ce n’est pas un objet d’un instantané"},
	{"it is the one of event …: objects were swapped", "c’est celui de l’événement … : des objets ont été intervertis"},
	{"another version made it: it leaves out events that take effect", "une autre version l’a fait : il omet des événements qui ont un effet"},
	{"it leaves out events that this one is to have", "il omet des événements que celui-ci doit avoir"},
	{"it leaves out events that take effect", "il omet des événements qui ont un effet"},
	{"the journal does not confirm it", "le journal ne le confirme pas"},
	{"it does not hold what its head says", "il ne contient pas ce que dit sa tête"},
	{"the journal ends at event …, before event …", "le journal se termine à l’événement …, avant l’événement …"},

	// Who knows.
	{"the head that this process read", "la tête que ce processus a lue"},
	{"the witness's file", "le fichier du témoin"},
	{"the witness's checkpoint of size …", "le point de contrôle de taille … du témoin"},
}

func faultInFrench(fault string) string {
	for _, f := range faultForms {
		if parts, ok := partsOf(f.english, fault); ok {
			french := f.french
			for _, part := range parts {
				french = strings.Replace(french, "…", faultInFrench(part), 1)
			}
			return frenchSpaces.Replace(french)
		}
	}
	return fault
}

// partsOf returns what stands in text where form has ….
func partsOf(form, text string) (parts []string, ok bool) {
	fixed := strings.Split(form, "…")
	rest, ok := strings.CutPrefix(text, fixed[0])
	if !ok {
		return nil, false
	}
	for i, next := range fixed[1:] {
		at := strings.Index(rest, next)
		if i == len(fixed)-2 && next == "" {
			at = len(rest)
		}
		if at <= 0 {
			return nil, false
		}
		parts = append(parts, rest[:at])
		rest = rest[at+len(next):]
	}
	return parts, rest == ""
}
