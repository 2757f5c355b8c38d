package container

import "sort"

// tail takes a trailer.
func (p *pdfFile) tail(b []byte) {
	r := pdfReader{b: b[:min(len(b), p.objectSize())]}
	if d, ok := r.value().(pdfDict); ok {
		p.takeTrailer(d)
	}
	p.work += int64(r.at)
}

// takeTrailer keeps what says how the file is encrypted; the first one that does counts.
func (p *pdfFile) takeTrailer(d pdfDict) {
	if d["Encrypt"] != nil && p.trailer["Encrypt"] == nil {
		p.trailer = d
	}
}

// survey goes through all objects once.
func (p *pdfFile) survey() error {
	p.names, p.masks = make(map[uint32]pdfTitle), make(map[uint32]bool)
	for at := int64(0); ; {
		o, ok := p.next(at)
		if !ok {
			break
		}
		if err := p.source.ctx.Err(); err != nil {
			return err
		}
		at = o.end
		place := pdfPlace{number: o.ref.number, at: o.at}
		if len(p.index) < pdfMaxObjects {
			p.index = append(p.index, place)
		}
		d, _ := o.value.(pdfDict)
		switch {
		case o.stream && d["Type"] == pdfName("ObjStm") && len(p.packs) < pdfMaxObjects/16:
			p.packs = append(p.packs, place)
		case o.stream && d["Type"] == pdfName("XRef"):
			p.takeTrailer(d)
		}
		p.note(o.value, pdfOwner{ref: o.ref})
	}
	p.sortIndex()
	p.sorted = true
	if p.trailer["Encrypt"] != nil {
		p.crypt = p.unlock()
	}
	var packed []pdfPlace
	for _, pack := range p.packs {
		if p.meter.fault != nil {
			return p.meter.fault
		}
		packed = append(packed, p.surveyPack(pack.at, pdfMaxObjects-len(p.index)-len(packed))...)
	}
	p.index = append(p.index, packed...)
	p.sortIndex()
	return nil
}

func (p *pdfFile) sortIndex() {
	sort.SliceStable(p.index, func(i, j int) bool { return p.index[i].number < p.index[j].number })
}

// note looks for what other objects are: masks of pictures, files under their names.
func (p *pdfFile) note(value any, owner pdfOwner) {
	switch v := value.(type) {
	case pdfArray:
		for _, one := range v {
			p.note(one, owner)
		}
	case pdfDict:
		for _, key := range []pdfName{"SMask", "Mask"} {
			if ref, ok := v[key].(pdfRef); ok && len(p.masks) < pdfMaxNames {
				p.masks[ref.number] = true
			}
		}
		if files, ok := v["EF"].(pdfDict); ok {
			p.noteFile(v, files, owner)
		}
		for _, one := range v {
			p.note(one, owner)
		}
	}
}

func (p *pdfFile) noteFile(d, files pdfDict, owner pdfOwner) {
	for _, key := range []pdfName{"UF", "F", "Unix", "DOS", "Mac"} {
		text, ok := d[key].(pdfString)
		if !ok || len(text) > pdfMaxTitle {
			continue
		}
		for _, file := range files {
			if ref, ok := file.(pdfRef); ok && len(p.names) < pdfMaxNames {
				p.names[ref.number] = pdfTitle{text: text, owner: owner}
			}
		}
		return
	}
}

// surveyPack notes the objects in a stream of objects, at most so many, and returns where they are: none of one that is damaged.
func (p *pdfFile) surveyPack(at int64, most int) (packed []pdfPlace) {
	b, d, err := p.unpack(at)
	if err != nil {
		return nil
	}
	count, _ := d["N"].(float64)
	first, _ := d["First"].(float64)
	r := pdfReader{b: b}
	for range int(min(max(count, 0), float64(most))) {
		number, ok := r.digits()
		offset, too := r.digits()
		if !ok || !too {
			break
		}
		within := int64(first) + int64(offset)
		if within < 0 || within >= int64(len(b)) {
			continue
		}
		packed = append(packed, pdfPlace{number: number, packed: true, within: uint32(within), at: at}) //nolint:gosec // below pdfMaxPacked
		inside := pdfReader{b: b[within:min(within+pdfObjectSize, int64(len(b)))]}
		p.note(inside.value(), pdfOwner{plain: true})
	}
	return packed
}
