/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html */
import type { Image } from '../../cloud/image.ts';
import { items, timeText } from '../../wire/response-xml.ts';
import type { Action } from '../action.ts';
import { filtered, named, type FilterFields } from './filters.ts';
import { tagSet } from './tag-parameters.ts';

const FIELDS: FilterFields<Image> = {
  name: (image) => [image.name],
  'image-id': (image) => [image.id],
  'owner-id': (image) => [image.ownerId],
  architecture: (image) => [image.architecture],
  description: (image) => [image.description],
  state: () => ['available'],
  'is-public': (image) => [String(image.isPublic)],
  'virtualization-type': () => ['hvm'],
  'root-device-type': () => ['ebs'],
  'image-type': () => ['machine'],
};

export const describeImages: Action = ({ cloud, params, scope }) => {
  const wanted = named(cloud.list('image'), params.texts('ImageId'), {
    code: 'InvalidAMIID.NotFound',
    what: 'image id',
  });
  const owners = params.texts('Owner').map((owner) => (owner === 'self' ? scope.account : owner));
  const owned = wanted.filter((image) => owners.length === 0 || owners.includes(image.ownerId));
  return {
    imagesSet: items(
      filtered(owned, params, FIELDS).map((image) => ({
        imageId: image.id,
        imageLocation: `${image.ownerId}/${image.name}`,
        imageState: 'available',
        imageOwnerId: image.ownerId,
        creationDate: timeText(image.createdAtMs),
        isPublic: image.isPublic,
        architecture: image.architecture,
        imageType: 'machine',
        name: image.name,
        description: image.description,
        rootDeviceType: 'ebs',
        rootDeviceName: '/dev/xvda',
        virtualizationType: 'hvm',
        hypervisor: 'xen',
        enaSupport: true,
        tagSet: tagSet(image.tags),
      })),
    ),
  };
};
