package i18n

import "vigie/triage"

// Condition names a part of the service.
func Condition(l Lang, name string) string { return conditionWords.T(l, name) }

// ConditionState says how a part fares, in a word.
func ConditionState(l Lang, s triage.ConditionState) string {
	return conditionWords.T(l, "state."+string(s))
}

// ConditionAdvice says what it means for those who use the service that its worst part fares so.
func ConditionAdvice(l Lang, s triage.ConditionState) string {
	return conditionWords.T(l, "advice."+string(s))
}

var conditionWords = Catalogue{
	triage.OfProjections: {"Index et files d’attente (Redis)", "Indexes and queues (Redis)"},
	triage.OfRedis:       {"Redis répond", "Redis answers"},
	triage.OfRedisMemory: {"Mémoire de Redis", "Redis’s memory"},
	triage.OfRedisFiles:  {"Fichiers de Redis", "Redis’s files"},
	triage.OfObjects:     {"Stockage d’objets", "Object store"},
	triage.OfObjectSpeed: {"Rapidité du stockage d’objets", "Speed of the object store"},
	triage.OfDisk:        {"Disque des données", "Disk of the data"},
	triage.OfWorkers:     {"Examen des médias", "Examination of media"},
	triage.OfJournal:     {"Scellement du journal", "Sealing of the journal"},
	triage.OfWitness:     {"Témoin du journal", "Witness of the journal"},
	triage.OfMatchers:    {"Comparaison avec les bases", "Matching with the hash sets"},
	triage.OfClassifier:  {"Classifieur du service", "The agency’s classifier"},

	"state." + string(triage.Fine):     {"Normal", "Normal"},
	"state." + string(triage.Degraded): {"À surveiller", "Look at it"},
	"state." + string(triage.Waiting):  {"En attente", "Waiting"},
	"state." + string(triage.Down):     {"En panne", "Down"},

	"advice." + string(triage.Fine):     {"Tout fonctionne.", "All is well."},
	"advice." + string(triage.Degraded): {"Tout fonctionne, mais l’administrateur doit intervenir.", "All goes on, but the administrator should act."},
	"advice." + string(triage.Waiting):  {"Les dépôts et les imports attendent, rien n’est perdu. La lecture et les décisions continuent.", "Submissions and imports wait, nothing is lost. Reading and deciding go on."},
	"advice." + string(triage.Down):     {"Le service ne peut pas répondre pour le moment. Rien de ce qui a été confirmé n’est perdu.", "The service cannot answer for the moment. Nothing that was acknowledged is lost."},
}
