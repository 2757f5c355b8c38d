package web

import "vigie/api/i18n"

// assignmentTexts are the sentences that say whose groups and cases are.
var assignmentTexts = i18n.Catalogue{
	"assignments.title":       {"Attributions", "Assignments"},
	"assignments.lede":        {"Ce qui est à chacun. Le groupe suivant d’une personne est d’abord l’un des siens, puis l’un de ceux qui ne sont à personne ; le groupe d’un autre reste accessible à la main.", "What is whose. Somebody’s next group is one of theirs first, then one that is nobody’s; another’s can still be claimed by hand."},
	"assignments.link":        {"Qui examine quoi", "What is whose"},
	"assignments.groups":      {"%s groupe dans la file|%s groupes dans la file", "%s group in the queue|%s groups in the queue"},
	"assignments.groups.none": {"Aucun groupe dans la file", "No group in the queue"},
	"assignments.since":       {"par %s, depuis le", "by %s, since"},
	"assignments.assigned":    {"La procédure est attribuée : ses groupes suivent dans un instant.", "The case is assigned: its groups follow in a moment."},
	"assignments.back":        {"La procédure est reprise : ses groupes sont de nouveau à tous dans un instant.", "The case is taken back: its groups are everybody’s again in a moment."},
	"assignments.case":        {"Attribuer une procédure", "Assign a case"},
	"assignments.case.how":    {"Tous ses groupes de la file, et ceux qui viendront, sont à cette personne ; sauf ceux attribués en propre. La clôture de la procédure y met fin.", "All its groups of the queue, and those to come, are that person’s; but for those assigned by themselves. Closing the case ends it."},
	"assignments.none":        {"Aucune procédure n’est ouverte.", "No case is open."},
	"assign.to":               {"À qui", "To whom"},
	"assign.choose":           {"Choisir", "Choose"},
	"assign.do":               {"Attribuer", "Assign"},
	"assign.back":             {"Reprendre", "Take back"},
	"assign.back.of":          {"Reprendre la procédure %s", "Take back case %s"},
	"assign.title":            {"Attribution", "Assignment"},
	"assign.mine":             {"Attribué à vous", "Assigned to you"},
	"assign.other":            {"Attribué à %s", "Assigned to %s"},
	"assign.other.how":        {"Ce groupe est attribué à %s. Vous pouvez tout de même le prendre.", "This group is assigned to %s. You can claim it all the same."},
	"assign.nobody":           {"Ce groupe n’est attribué à personne.", "This group is assigned to nobody."},
	"filter.assigned":         {"Attribution", "Assigned"},
	"filter.any.assigned":     {"Toutes", "Any"},
	"filter.mine":             {"À moi", "To me"},
	"filter.nobody":           {"À personne", "To nobody"},
	"case.assigned":           {"Cette procédure est attribuée à %s.", "This case is assigned to %s."},
	"case.assigned.mine":      {"Cette procédure vous est attribuée.", "This case is assigned to you."},
	"filter.mine.count":       {"%s groupe est à vous.|%s groupes sont à vous.", "%s group is yours.|%s groups are yours."},
	"filter.count":            {"%s groupe est à cette personne.|%s groupes sont à cette personne.", "%s group is that person’s.|%s groups are that person’s."},
}
