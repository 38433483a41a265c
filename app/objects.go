package app

import (
	"ams/app/web"
	"ams/storage"
)

// open prepares both buckets; outside production there may be none, and then nobody can store files.
func (o ObjectsConfig) open() (b storage.Buckets, err error) {
	if !o.Given() {
		return b, nil
	}
	if b.Public, err = o.Public.open(true); err != nil {
		return b, err
	}
	b.Private, err = o.Private.open(false)
	return b, err
}

func (b BucketConfig) open(public bool) (*storage.Bucket, error) {
	return storage.Open(storage.Config{
		Name: b.Name, Endpoint: b.Endpoint, Region: b.Region, Domain: b.Domain, Public: public,
		AccessKey: b.AccessKey.Reveal(), SecretKey: b.SecretKey.Reveal(),
	})
}

// pictures says where browsers find the pictures of people.
func (a *App) pictures() web.Pictures {
	if a.buckets.Public == nil {
		return web.Pictures{}
	}
	return web.Pictures{Origin: a.buckets.Public.Origin(), URL: a.buckets.Public.URL, Missing: a.People.NeedThumbnail}
}
