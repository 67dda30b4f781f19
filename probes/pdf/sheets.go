package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"slices"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// opened is a document in the sandbox.
type opened struct {
	pdfium.Pdfium
	ref references.FPDF_DOCUMENT
}

// maxObjects is how many objects of a sheet are examined for their fonts.
const maxObjects = 2000

// read reads all that a Document holds.
func (d *Document) read(o opened) error {
	began := time.Now()
	count, err := o.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: o.ref})
	if err != nil {
		return err
	}
	d.Pages = count.PageCount
	if r, err := o.FPDF_GetSecurityHandlerRevision(&requests.FPDF_GetSecurityHandlerRevision{Document: o.ref}); err == nil {
		d.Encrypted = r.SecurityHandlerRevision >= 0
	}
	if r, err := o.FPDF_DocumentHasValidCrossReferenceTable(&requests.FPDF_DocumentHasValidCrossReferenceTable{Document: o.ref}); err == nil {
		d.Repaired = !r.DocumentHasValidCrossReferenceTable
	}
	form, err := o.FPDF_GetFormType(&requests.FPDF_GetFormType{Document: o.ref})
	if err != nil {
		return err
	}
	most := d.reader.MaxPages
	if most == 0 {
		most = DefaultMaxPages
	}
	for i := range min(d.Pages, most) {
		if i > 0 && time.Since(began) > d.reader.limit()/2 {
			break // a long document, not one that hangs
		}
		s, err := o.sheet(i, form.FormType != enums.FPDF_FORMTYPE_NONE)
		switch {
		case errors.Is(err, pdferrors.ErrPage):
			return fmt.Errorf("page %d of %d cannot be shown", i+1, d.Pages)
		case err != nil:
			return fmt.Errorf("page %d of %d cannot be shown: %w", i+1, d.Pages, err)
		}
		d.Sheets = append(d.Sheets, s)
	}
	return nil
}

// sheet reads page i, counted from 0.
func (o opened) sheet(i int, form bool) (s Sheet, err error) {
	loaded, err := o.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: o.ref, Index: i})
	if err != nil {
		return s, err
	}
	page := requests.Page{ByReference: &loaded.Page}
	size, err := o.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: o.ref, Index: i})
	if err != nil {
		return s, err
	}
	turned, err := o.FPDFPage_GetRotation(&requests.FPDFPage_GetRotation{Page: page})
	if err != nil {
		return s, err
	}
	s.Width, s.Height, s.Rotation = size.Width, size.Height, 90*int(turned.PageRotation)
	if s.Links, err = o.links(page); err != nil {
		return s, err
	}
	if form {
		if s.Fields, err = o.fields(page); err != nil {
			return s, err
		}
	}
	if page, err = o.flat(i, page); err != nil {
		return s, err
	}
	if s.Fonts, err = o.fonts(page); err != nil {
		return s, err
	}
	if err := o.text(page, &s); err != nil {
		return s, err
	}
	_, err = o.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: *page.ByReference})
	return s, err
}

// flat draws the annotations of a page onto it: filled fields and stamps are text for the customer.
func (o opened) flat(i int, page requests.Page) (requests.Page, error) {
	notes, err := o.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: page})
	if err != nil || notes.Count == 0 {
		return page, err
	}
	if _, err := o.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: page, Usage: requests.FPDFPage_FlattenUsageNormalDisplay}); err != nil {
		return page, err
	}
	if _, err := o.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: *page.ByReference}); err != nil {
		return page, err
	}
	again, err := o.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: o.ref, Index: i})
	if err != nil {
		return page, err
	}
	return requests.Page{ByReference: &again.Page}, nil
}

// text reads the words, and the addresses in them that readers make clickable.
func (o opened) text(page requests.Page, s *Sheet) error {
	loaded, err := o.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		return err
	}
	defer o.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: loaded.TextPage})
	chars, err := o.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: loaded.TextPage})
	if err != nil || chars.Count <= 0 {
		return err
	}
	raw, err := o.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: loaded.TextPage, Count: chars.Count})
	if err != nil {
		return err
	}
	s.breaks = foldBreaks(raw.Text)
	s.Text = s.breaks.read
	found, err := o.FPDFLink_LoadWebLinks(&requests.FPDFLink_LoadWebLinks{TextPage: loaded.TextPage})
	if err != nil {
		return err
	}
	defer o.FPDFLink_CloseWebLinks(&requests.FPDFLink_CloseWebLinks{PageLink: found.PageLink})
	n, err := o.FPDFLink_CountWebLinks(&requests.FPDFLink_CountWebLinks{PageLink: found.PageLink})
	if err != nil {
		return err
	}
	for i := range n.Count {
		u, err := o.FPDFLink_GetURL(&requests.FPDFLink_GetURL{PageLink: found.PageLink, Index: i})
		if err != nil {
			return err
		}
		if !slices.Contains(s.Links, u.URL) {
			s.Links = append(s.Links, u.URL)
		}
	}
	return nil
}

// links lists the addresses behind the page's links. Those to other pages of the document have none.
func (o opened) links(page requests.Page) (list []string, err error) {
	for at := 0; ; {
		next, err := o.FPDFLink_Enumerate(&requests.FPDFLink_Enumerate{Page: page, StartPos: at})
		if err != nil {
			return nil, err
		}
		if next.Link == nil || next.NextStartPos == nil || *next.NextStartPos <= at {
			return list, nil
		}
		at = *next.NextStartPos
		action, err := o.FPDFLink_GetAction(&requests.FPDFLink_GetAction{Link: *next.Link})
		if err != nil || action.Action == nil {
			continue // a link without an action leads nowhere
		}
		uri, err := o.FPDFAction_GetURIPath(&requests.FPDFAction_GetURIPath{Document: o.ref, Action: *action.Action})
		if err == nil && uri.URIPath != nil && !slices.Contains(list, *uri.URIPath) {
			list = append(list, *uri.URIPath)
		}
	}
}

func (o opened) fields(page requests.Page) (list []Field, err error) {
	form, err := o.GetForm(&requests.GetForm{Page: page})
	if err != nil {
		return nil, err
	}
	for _, f := range form.Fields {
		field := Field{Name: f.Name, Checked: f.IsChecked != nil && *f.IsChecked}
		switch {
		case f.Value != nil:
			field.Value = *f.Value
		case len(f.Values) > 0:
			field.Value = f.Values[0]
		}
		list = append(list, field)
	}
	return list, nil
}

// fonts lists the fonts of a page's texts, and of the texts in its drawings.
func (o opened) fonts(page requests.Page) (list []Font, err error) {
	n, err := o.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	if err != nil {
		return nil, err
	}
	for i := range min(n.Count, maxObjects) {
		object, err := o.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: i})
		if err != nil {
			return nil, err
		}
		if list, err = o.fontsOf(object.PageObject, list, 3); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// fontsOf adds the fonts of an object, which may be a drawing that contains others down to depth.
func (o opened) fontsOf(object references.FPDF_PAGEOBJECT, list []Font, depth int) ([]Font, error) {
	kind, err := o.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: object})
	if err != nil {
		return list, err
	}
	switch {
	case kind.Type == enums.FPDF_PAGEOBJ_TEXT:
		font, err := o.FPDFTextObj_GetFont(&requests.FPDFTextObj_GetFont{PageObject: object})
		if err != nil {
			return list, nil // a text without a font is not drawn
		}
		name, err := o.FPDFFont_GetBaseFontName(&requests.FPDFFont_GetBaseFontName{Font: font.Font})
		if err != nil {
			return list, nil
		}
		embedded, err := o.FPDFFont_GetIsEmbedded(&requests.FPDFFont_GetIsEmbedded{Font: font.Font})
		if f := (Font{name.BaseFontName, err == nil && embedded.IsEmbedded}); !slices.Contains(list, f) {
			list = append(list, f)
		}
	case kind.Type == enums.FPDF_PAGEOBJ_FORM && depth > 0:
		n, err := o.FPDFFormObj_CountObjects(&requests.FPDFFormObj_CountObjects{PageObject: object})
		if err != nil {
			return list, err
		}
		for i := range min(n.Count, maxObjects) {
			inner, err := o.FPDFFormObj_GetObject(&requests.FPDFFormObj_GetObject{PageObject: object, Index: uint64(i)})
			if err != nil {
				return list, err
			}
			if list, err = o.fontsOf(inner.PageObject, list, depth-1); err != nil {
				return list, err
			}
		}
	}
	return list, nil
}

// Picture draws a page, counted from 1, as a PNG of at most 1000 pixels, for evidence.
func (d Document) Picture(ctx context.Context, page int) (drawn []byte, err error) {
	const most = 1000
	if page < 1 || page > d.Pages {
		return nil, fmt.Errorf("draw page %d: the document has %d", page, d.Pages)
	}
	err = d.reader.with(ctx, d.data, func(o opened) error {
		r, err := o.RenderPageInPixels(&requests.RenderPageInPixels{
			Page:  requests.Page{ByIndex: &requests.PageByIndex{Document: o.ref, Index: page - 1}},
			Width: most, Height: most, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT, RenderForm: true, Document: &o.ref,
		})
		if err != nil {
			return err
		}
		defer r.CleanupFunc()
		var out bytes.Buffer
		err = png.Encode(&out, r.Result.RenderedImage)
		drawn = out.Bytes()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("draw page %d: %w", page, err)
	}
	return drawn, nil
}
